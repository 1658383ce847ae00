/** The same answers as the platform's from a bare fastify: what HTTP and JSON alone cost. Run by requests.ts. */
import fastify from 'fastify'

const answers = new Map<string, unknown>()
const app = fastify({ logger: false, bodyLimit: 16 * 1024 * 1024 })
app.put<{ Params: { name: string } }>('/answer/:name', async request => {
  answers.set(request.params.name, request.body)
  return {}
})
app.get<{ Params: { name: string } }>('/answer/:name', async request => answers.get(request.params.name))
console.log(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
