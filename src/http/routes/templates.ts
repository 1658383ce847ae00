import { z } from 'zod'
import type { Binding } from '../../platform/templates/binding.ts'
import type { UsedTemplate } from '../../platform/templates/template-service.ts'
import type { App } from '../app.ts'
import { callerOf } from '../authentication.ts'
import { listOf, pageOf } from '../contract/page.ts'
import { IdParameter } from '../contract/session.ts'
import * as contract from '../contract/template.ts'
import { defined } from '../defined.ts'
import { errorResponses } from '../error-answers.ts'
import { pageAnswer, pageRequest } from '../paging.ts'
import type { Services } from '../services.ts'
import { time } from '../stream-view.ts'

export function templateRoutes(app: App, { bindings, templates }: Services): void {
  app.get(
    '/templates',
    {
      config: { permission: 'templates.read' },
      schema: {
        operationId: 'listTemplates',
        tags: ['templates'],
        summary: 'How streams are recorded and photographed',
        querystring: contract.TemplateQuery,
        response: { 200: listOf(contract.Template), ...errorResponses },
      },
    },
    async request => ({ items: (await templates.list(callerOf(request), request.query.type)).map(view) }),
  )

  app.post(
    '/templates',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'createTemplate',
        tags: ['templates'],
        summary: 'Make a record or snapshot template; what is left out has a sensible value',
        body: contract.CreateTemplate,
        response: { 201: contract.Template, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { type, name, notes = '', record, snapshot } = request.body
      const wish = { name, notes, record: record && defined(record), snapshot: snapshot && defined(snapshot) }
      return reply.code(201).send(view(await templates.create(callerOf(request), type, wish)))
    },
  )

  app.get(
    '/templates/:id',
    {
      config: { permission: 'templates.read' },
      schema: {
        operationId: 'getTemplate',
        tags: ['templates'],
        summary: 'One template',
        params: IdParameter,
        response: { 200: contract.Template, ...errorResponses },
      },
    },
    async request => view(await templates.get(callerOf(request), request.params.id)),
  )

  app.patch(
    '/templates/:id',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'updateTemplate',
        tags: ['templates'],
        summary: 'Change a template; open files are finished as they were begun',
        params: IdParameter,
        body: contract.TemplateChange,
        response: { 200: contract.Template, ...errorResponses },
      },
    },
    async request => {
      const { record, snapshot, ...rest } = request.body
      const wish = { ...defined(rest), record: record && defined(record), snapshot: snapshot && defined(snapshot) }
      return view(await templates.update(callerOf(request), request.params.id, wish))
    },
  )

  app.delete(
    '/templates/:id',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'deleteTemplate',
        tags: ['templates'],
        summary: 'Delete a template that is bound nowhere; what was made by it stays',
        params: IdParameter,
        response: { 204: z.null(), ...errorResponses },
      },
    },
    async (request, reply) => {
      await templates.delete(callerOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/templates/:id/bindings',
    {
      config: { permission: 'templates.read' },
      schema: {
        operationId: 'listTemplateBindings',
        tags: ['templates'],
        summary: 'Where a template is in force',
        params: IdParameter,
        querystring: contract.TemplateBindingsQuery,
        response: { 200: pageOf(contract.Binding), ...errorResponses },
      },
    },
    async request => {
      const { id } = request.params
      const page = await bindings.listOf(callerOf(request), id, pageRequest(request.query))
      return pageAnswer(page, request.query.sort, bindingView)
    },
  )

  app.post(
    '/templates/:id/bindings',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'bindTemplate',
        tags: ['templates'],
        summary: 'Bring a template into force at spaces and streams; tells what became of each',
        params: IdParameter,
        body: contract.BindTemplate,
        response: { 200: listOf(contract.BindingResult), ...errorResponses },
      },
    },
    async request => {
      const { targets, planId: plan, replace } = request.body
      return { items: await bindings.bind(callerOf(request), request.params.id, targets, { plan, replace }) }
    },
  )

  app.get(
    '/bindings',
    {
      config: { permission: 'templates.read' },
      schema: {
        operationId: 'listBindings',
        tags: ['templates'],
        summary: 'Which templates are in force where',
        querystring: contract.BindingQuery,
        response: { 200: pageOf(contract.Binding), ...errorResponses },
      },
    },
    async request => {
      const { type: kind, scope, space, template, plan, sort } = request.query
      const filter = { kind, scope, space, template, plan }
      return pageAnswer(await bindings.list(callerOf(request), filter, pageRequest(request.query)), sort, bindingView)
    },
  )

  app.put(
    '/bindings',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'setBinding',
        tags: ['templates'],
        summary: 'Say what is in force at one place, instead of what was; a stream goes over its space',
        body: contract.SetBinding,
        response: { 200: contract.Binding, ...errorResponses },
      },
    },
    async request => {
      const { type: kind, templateId: template, planId: plan, ...place } = request.body
      return bindingView(await bindings.set(callerOf(request), { ...place, kind, template, plan }))
    },
  )

  app.post(
    '/bindings/remove',
    {
      config: { permission: 'templates.write' },
      schema: {
        operationId: 'unbindTemplates',
        tags: ['templates'],
        summary: 'Take templates off; at streams what their space says is in force again',
        body: contract.UnbindTemplates,
        response: { 200: listOf(contract.BindingResult), ...errorResponses },
      },
    },
    async request => {
      const { type, targets } = request.body
      return { items: await bindings.unbind(callerOf(request), type, targets) }
    },
  )
}

function view({ template, bindings }: UsedTemplate): contract.Template {
  const { createdAtMs, id, kind, name, notes } = template
  return {
    ...{ id, type: kind, name, notes, createdAt: time(createdAtMs), bindings },
    record: template.kind === 'record' ? template.settings : null,
    snapshot: template.kind === 'snapshot' ? template.settings : null,
  }
}

function bindingView({ scope, target, kind, template, plan }: Binding): contract.Binding {
  return { scope, target, type: kind, templateId: template, planId: plan }
}
