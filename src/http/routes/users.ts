import { z } from 'zod'
import type { User } from '../../platform/users/user.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import * as contract from '../contract/user.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function userRoutes(app: App, { users }: Services): void {
  app.get(
    '/users',
    {
      config: { permission: 'users.read' },
      schema: {
        operationId: 'listUsers',
        tags: ['users'],
        summary: 'All accounts',
        querystring: contract.UserQuery,
        response: { 200: pageOf(contract.Account), ...errorResponses },
      },
    },
    async request => {
      const { q: text, role, ...query } = request.query
      const page = await users.list(callerOf(request), { text, role }, pageRequest(query))
      return pageAnswer(page, query.sort, view)
    },
  )

  app.post(
    '/users',
    {
      config: { permission: 'users.write' },
      schema: {
        operationId: 'createUser',
        tags: ['users'],
        summary: 'Make an account',
        body: contract.CreateUser,
        response: { 201: contract.Account, ...errorResponses },
      },
    },
    async (request, reply) => reply.code(201).send(view(await users.create(callerOf(request), request.body))),
  )

  app.get(
    '/users/:id',
    {
      config: { permission: 'users.read' },
      schema: {
        operationId: 'getUser',
        tags: ['users'],
        summary: 'One account',
        params: IdParameter,
        response: { 200: contract.Account, ...errorResponses },
      },
    },
    async request => view(await users.get(callerOf(request), request.params.id)),
  )

  app.patch(
    '/users/:id',
    {
      config: { permission: 'users.write' },
      schema: {
        operationId: 'updateUser',
        tags: ['users'],
        summary: 'Change the role, disable or enable; the last administrator stays one',
        params: IdParameter,
        body: contract.UserChange,
        response: { 200: contract.Account, ...errorResponses },
      },
    },
    async request => view(await users.update(callerOf(request), request.params.id, defined(request.body))),
  )

  app.delete(
    '/users/:id',
    {
      config: { permission: 'users.write' },
      schema: {
        operationId: 'deleteUser',
        tags: ['users'],
        summary: 'Delete an account with its sessions and API keys; the last administrator stays',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await users.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.put(
    '/users/:id/password',
    {
      config: { permission: 'users.write' },
      schema: {
        operationId: 'resetPassword',
        tags: ['users'],
        summary: "Set somebody else's password; his sessions end",
        params: IdParameter,
        body: contract.PasswordReset,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await users.resetPassword(callerOf(request), request.params.id, request.body.password)
      return reply.code(204).send(null)
    },
  )
}

function view({ createdAtMs, lastLoginAtMs, ...user }: User): contract.Account {
  return { ...user, createdAt: time(createdAtMs), lastLoginAt: lastLoginAtMs === null ? null : time(lastLoginAtMs) }
}
