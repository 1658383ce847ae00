import { z } from 'zod'
import { type Interval, type Plan, wallText } from '../../platform/plans/plan.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf } from '../contract/page.ts'
import * as contract from '../contract/plan.ts'
import { IdParameter } from '../contract/session.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function planRoutes(app: App, { plans }: Services): void {
  app.get(
    '/plans',
    {
      config: { permission: 'templates.read' },
      schema: {
        operationId: 'listPlans',
        tags: ['templates'],
        summary: 'Weekly plans of when to record',
        response: { 200: listOf(contract.Plan), ...errorResponses },
      },
    },
    async request => ({ items: (await plans.list(callerOf(request))).map(view) }),
  )

  app.post(
    '/plans',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'createPlan',
        tags: ['templates'],
        summary: 'Make a weekly plan; bind it to a space or stream together with a record template',
        body: contract.CreatePlan,
        response: { 201: contract.Plan, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { week, ...facts } = request.body
      const plan = await plans.create(callerOf(request), { ...facts, week: weekOf(week) })
      return reply.code(201).send(view(plan))
    },
  )

  app.get(
    '/plans/:id',
    {
      config: { permission: 'templates.read' },
      schema: {
        operationId: 'getPlan',
        tags: ['templates'],
        summary: 'One plan',
        params: IdParameter,
        response: { 200: contract.Plan, ...errorResponses },
      },
    },
    async request => view(await plans.get(callerOf(request), request.params.id)),
  )

  app.patch(
    '/plans/:id',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'updatePlan',
        tags: ['templates'],
        summary: 'Change name, zone or the whole week of a plan',
        params: IdParameter,
        body: contract.PlanChange,
        response: { 200: contract.Plan, ...errorResponses },
      },
    },
    async request => {
      const { week, ...facts } = request.body
      const change = { ...defined(facts), ...(week && { week: weekOf(week) }) }
      return view(await plans.update(callerOf(request), request.params.id, change))
    },
  )

  app.post(
    '/plans/:id/copy-day',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'copyPlanDay',
        tags: ['templates'],
        summary: 'Copy all intervals of a day to other days, instead of theirs',
        params: IdParameter,
        body: contract.CopyDay,
        response: { 200: contract.Plan, ...errorResponses },
      },
    },
    async request => {
      const { from, to } = request.body
      return view(await plans.copyDay(callerOf(request), request.params.id, from, to))
    },
  )

  app.delete(
    '/plans/:id',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'deletePlan',
        tags: ['templates'],
        summary: 'Delete a plan that is bound nowhere',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await plans.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}

function weekOf(week: readonly (readonly contract.IntervalWish[])[]): Interval[][] {
  return week.map(day =>
    day.map(({ start, end, subject, teacher }) => ({
      ...{ startS: secondsOf(start), endS: secondsOf(end), subject, teacher },
    })),
  )
}

function secondsOf(wall: string): number {
  const [h = 0, m = 0, s = 0] = wall.split(':').map(Number)
  return h * 3600 + m * 60 + s
}

function view({ id, name, zone, week, createdAtMs }: Plan): contract.Plan {
  return {
    ...{ id, name, zone, createdAt: time(createdAtMs) },
    week: week.map(day =>
      day.map(({ startS, endS, subject, teacher }) => ({
        ...{ start: wallText(startS), end: wallText(endS), subject, teacher },
      })),
    ),
  }
}
