import { z } from 'zod'
import type { Directory } from '../../platform/directories/directory.ts'
import type { TreeNode } from '../../platform/directories/tree-reader.ts'
import { told } from '../../platform/operations/operation-service.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import * as contract from '../contract/directory.ts'
import { listOf, pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

const tags = ['directories']

export function directoryRoutes(app: App, { gb28181: { directories } }: Services): void {
  app.get(
    '/directories',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listDirectories',
        tags,
        summary: 'All directories that people made in a space',
        querystring: contract.DirectoryQuery,
        response: { 200: listOf(contract.Directory), ...errorResponses },
      },
    },
    async request => ({ items: (await directories.list(callerOf(request), request.query.space)).map(view) }),
  )

  app.post(
    '/directories',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'createDirectory',
        tags,
        summary: 'Make a directory',
        body: contract.CreateDirectory,
        response: { 201: contract.Directory, ...errorResponses },
      },
    },
    async (request, reply) => reply.code(201).send(view(await directories.create(callerOf(request), request.body))),
  )

  app.get(
    '/directories/tree',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'listTree',
        tags,
        summary: 'One level of the tree: directories, then devices, then channels',
        querystring: contract.TreeQuery,
        response: { 200: pageOf(contract.TreeNode), ...errorResponses },
      },
    },
    async request => {
      const { space, of = null, cursor = null, limit } = request.query
      const { items, next } = await directories.children(callerOf(request), space, of, cursor, limit)
      return { items: items.map(nodeView), nextCursor: next }
    },
  )

  app.get(
    '/directories/search',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'searchTree',
        tags,
        summary: 'Directories, devices and channels by part of their name or code, with where they are',
        querystring: contract.TreeSearch,
        response: { 200: listOf(contract.TreeNode), ...errorResponses },
      },
    },
    async request => {
      const { space, q, limit } = request.query
      return { items: (await directories.search(callerOf(request), space, q, limit)).map(nodeView) }
    },
  )

  app.post(
    '/directories/bind',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'bindDirectory',
        tags,
        summary: 'Put devices and channels into a directory, or take them out; tells what became of each',
        body: contract.Bind,
        response: { 200: contract.Bound, ...errorResponses },
      },
    },
    async request => {
      const results = await directories.bind(callerOf(request), request.body)
      return { results: results.map(({ id, error }) => ({ id, ok: error === null, error: error && told(error) })) }
    },
  )

  app.get(
    '/directories/:id',
    {
      config: { permission: 'devices.read' },
      schema: {
        operationId: 'getDirectory',
        tags,
        summary: 'One directory',
        params: IdParameter,
        response: { 200: contract.Directory, ...errorResponses },
      },
    },
    async request => view(await directories.get(callerOf(request), request.params.id)),
  )

  app.patch(
    '/directories/:id',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'updateDirectory',
        tags,
        summary: 'Rename a directory or hang it elsewhere',
        params: IdParameter,
        body: contract.DirectoryChange,
        response: { 200: contract.Directory, ...errorResponses },
      },
    },
    async request => view(await directories.update(callerOf(request), request.params.id, defined(request.body))),
  )

  app.delete(
    '/directories/:id',
    {
      config: { permission: 'devices.write' },
      schema: {
        operationId: 'deleteDirectory',
        tags,
        summary: 'Delete a directory with all below it; devices and channels in them go to the top',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await directories.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function view({ createdAtMs, ...directory }: Directory): contract.Directory {
  return { ...directory, createdAt: time(createdAtMs) }
}

function nodeView({ where, ...node }: TreeNode): z.infer<typeof contract.TreeNode> {
  return { ...node, where: [...where] }
}
