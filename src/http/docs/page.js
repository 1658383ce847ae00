// Shows /api/v1/openapi.json. Text only ever becomes text: nothing of the document is taken for HTML.

/** `tag('a.dim', { href }, 'text', child)` */
function tag(name, attributes = {}, ...children) {
  const [type, ...classes] = name.split('.')
  const element = document.createElement(type)
  if (classes.length > 0) element.className = classes.join(' ')
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children.filter(child => child !== null && child !== undefined))
  return element
}

/** Paragraphs, with `code` between backticks. */
function prose(text = '') {
  return text
    .split('\n\n')
    .map(paragraph =>
      tag('p', {}, ...paragraph.split('`').map((part, at) => (at % 2 === 1 ? tag('code', {}, part) : part))),
    )
}

function nameOf(reference) {
  return reference.replace('#/components/schemas/', '')
}

/** The type of a schema in a few words, with links to those that have a name. */
function typeOf(schema) {
  if (schema.$ref) return [tag('a', { href: `#schema-${nameOf(schema.$ref)}` }, nameOf(schema.$ref))]
  if (schema.enum) return [schema.enum.map(value => JSON.stringify(value)).join(' | ')]
  const several = schema.anyOf ?? schema.oneOf
  if (several) return several.flatMap((inner, at) => [...(at > 0 ? [' | '] : []), ...typeOf(inner)])
  if (schema.type === 'array') return ['list of ', ...typeOf(schema.items ?? {})]
  return [[schema.type ?? 'any'].flat().join(' | ')]
}

function row(name, schema, required, description) {
  const limits = ['default', 'minimum', 'maximum', 'maxLength', 'maxItems', 'pattern']
    .filter(key => schema[key] !== undefined)
    .map(key => `${key} ${JSON.stringify(schema[key])}`)
  return tag(
    'tr',
    {},
    tag('td', {}, tag('code', {}, name), required ? '' : tag('span.dim', {}, ' optional')),
    tag('td', {}, ...typeOf(schema)),
    tag(
      'td',
      {},
      ...prose(description ?? schema.description),
      limits.length > 0 ? tag('p.dim', {}, limits.join(', ')) : null,
    ),
  )
}

function fields(schema, prefix = '') {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    row(prefix + name, inner, required.has(name)),
    ...fields(
      inner.type === 'array' ? (inner.items ?? {}) : inner,
      `${prefix}${name}${inner.type === 'array' ? '[]' : ''}.`,
    ),
  ])
}

function table(rows) {
  const head = tag('tr', {}, ...['Name', 'Type', 'Meaning'].map(text => tag('th', { scope: 'col' }, text)))
  return rows.length === 0 ? null : tag('table', {}, tag('thead', {}, head), tag('tbody', {}, ...rows))
}

function schemaView(schema) {
  if (schema.$ref) return tag('p', {}, ...typeOf(schema))
  const object = schema.anyOf?.find(inner => inner.type === 'object') ?? schema
  return table(fields(object)) ?? tag('p', {}, ...typeOf(schema))
}

function example(method, path, body) {
  const lines = [`curl -X ${method.toUpperCase()} ${location.origin}${path} -H "Authorization: Bearer $TOKEN"`]
  if (body !== undefined) lines.push(`-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`)
  return tag('pre', { tabindex: '0' }, lines.join(' \\\n  '))
}

function operationView(method, path, operation) {
  const parameters = operation.parameters ?? []
  const content = operation.requestBody?.content?.['application/json']
  const responses = Object.entries(operation.responses ?? {})
  const success = responses.find(([status]) => status.startsWith('2'))
  const [type, answer] = Object.entries(success?.[1].content ?? {})[0] ?? []
  return tag(
    'article',
    { id: operation.operationId },
    tag('h3', {}, operation.summary),
    tag('p.address', {}, tag('span.method', {}, method.toUpperCase()), ` ${path}`),
    ...prose(operation.description),
    parameters.length > 0 ? tag('h4', {}, 'Parameters') : null,
    table(parameters.map(p => row(`${p.name} (${p.in})`, p.schema, p.required, p.description))),
    content ? tag('h4', {}, 'Body') : null,
    content ? schemaView(content.schema) : null,
    example(method, path, content?.example),
    answer ? tag('h4', {}, `Answer ${success[0]} ${type}`) : null,
    answer ? schemaView(answer.schema) : null,
    tag('p.dim', {}, responses.map(([status, { description }]) => `${status} ${description}`).join(' · ')),
  )
}

function show(document_) {
  const operations = Object.entries(document_.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
  const main = document.getElementById('main')
  const contents = document.getElementById('contents')
  main.append(
    tag('h1', {}, `${document_.info.title} API ${document_.info.version}`),
    ...prose(document_.info.description),
  )
  main.append(tag('p', {}, tag('a', { href: '/api/v1/openapi.json' }, 'openapi.json')))
  for (const { name, description } of document_.tags) {
    const own = operations.filter(({ operation }) => operation.tags?.[0] === name)
    if (own.length === 0) continue
    main.append(tag('h2', {}, name), tag('p', {}, description))
    contents.append(tag('strong', {}, name))
    for (const { method, path, operation } of own) {
      main.append(operationView(method, path, operation))
      contents.append(tag('a', { href: `#${operation.operationId}` }, operation.summary))
    }
  }
  main.append(tag('h2', {}, 'Schemas'))
  for (const [name, schema] of Object.entries(document_.components.schemas)) {
    main.append(tag('article', { id: `schema-${name}` }, tag('h3', {}, name), schemaView(schema)))
  }
  document.getElementById('search').addEventListener('input', event => {
    const wanted = event.target.value.toLowerCase()
    for (const element of [...contents.querySelectorAll('a'), ...main.querySelectorAll('article')]) {
      element.hidden = !element.textContent.toLowerCase().includes(wanted)
    }
  })
  if (location.hash !== '') document.getElementById(location.hash.slice(1))?.scrollIntoView()
}

const response = await fetch('/api/v1/openapi.json')
show(await response.json())
