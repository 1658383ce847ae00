import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** A project with nothing but the launcher, and programs that only say how they were called. */
let project: string
let programs: string
let calls: string

beforeEach(() => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'sightline-launcher-')))
  project = join(base, 'project')
  programs = join(base, 'programs')
  calls = join(base, 'calls')
  mkdirSync(project)
  mkdirSync(programs)
  writeFileSync(calls, '')
  copyFileSync(join(import.meta.dirname, '../sightline'), join(project, 'sightline'))
  chmodSync(join(project, 'sightline'), 0o755)
  program(join(project, 'scripts/setup-system.sh'), `echo "setup $*" >> ${calls}`)
  writeFileSync(join(project, 'package-lock.json'), '{"one": 1}\n')
  node(programs, 20)
  // Brings a Node 24, as the optional dependency does.
  const brought = join(project, 'node_modules/.bin')
  program(
    join(programs, 'npm'),
    `echo "npm $*" >> ${calls}\nrm -rf node_modules\nmkdir -p node_modules/.bin\ncp ${join(base, 'node24/node')} node_modules/.bin/`,
  )
  node(join(base, 'node24'), 24)
  expect(brought).toContain('project')
})

afterEach(() => rmSync(dirname(project), { recursive: true }))

function program(file: string, script: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
}

function node(directory: string, major: number): void {
  const build = 'case $1 in */vite.js) mkdir -p dist; echo built > dist/index.html; esac'
  const script = `[ "$1" = --version ] && { echo v${major}.1.0; exit; }\necho "node${major} $*" >> ${calls}\n${build}`
  program(join(directory, 'node'), script)
}

function launch(args: string[], options: { from?: string; launcher?: string } = {}) {
  const { from = project, launcher = join(project, 'sightline') } = options
  writeFileSync(calls, '')
  const { status, stderr } = spawnSync(launcher, args, {
    cwd: from,
    env: { PATH: `${programs}:/usr/bin:/bin` },
    encoding: 'utf8',
  })
  return { status, stderr, calls: readFileSync(calls, 'utf8').trimEnd().split('\n') }
}

const run = (args: string, major = 24) =>
  `node${major} --max-semi-space-size=4 --disable-warning=ExperimentalWarning ${project}/src/bin/sightline.ts ${args}`

test('brings dependencies and Node once, then calls neither npm nor anything else', () => {
  const first = launch(['start', '-c', 'a b.yaml'])
  expect(first.calls).toEqual(['npm install --no-save --no-audit --no-fund --loglevel=error', run('start -c a b.yaml')])
  expect(first.stderr).toBe('sightline: installing dependencies (npm install) ...\n')
  const second = launch(['start'])
  expect(second).toEqual({ status: 0, stderr: '', calls: [run('start')] })
})

test('changed dependencies are installed again', () => {
  launch(['start'])
  writeFileSync(join(project, 'package-lock.json'), '{"two": 2}\n')
  expect(launch(['start']).calls[0]).toMatch(/^npm install/)
  expect(launch(['start']).calls).toEqual([run('start')])
})

test('works from another directory and through symlinks', () => {
  launch(['start'])
  const elsewhere = join(dirname(project), 'elsewhere')
  mkdirSync(elsewhere)
  symlinkSync('../project/sightline', join(elsewhere, 'first'))
  symlinkSync(join(elsewhere, 'first'), join(elsewhere, 'second'))
  expect(launch(['doctor'], { from: '/', launcher: join(elsewhere, 'second') }).calls).toEqual([run('doctor')])
})

test('takes the Node of the user when none was brought', () => {
  launch(['start'])
  rmSync(join(project, 'node_modules/.bin/node'))
  node(programs, 26)
  expect(launch(['start']).calls).toEqual([run('start', 26)])
})

test('says what is missing when there is no new enough Node', () => {
  launch(['start'])
  rmSync(join(project, 'node_modules/.bin/node'))
  const { status, stderr } = launch(['start'])
  expect(status).toBe(1)
  expect(stderr).toMatch(/install Node\.js 24 or newer/)
})

test('an npm that fails leaves its last lines and no stamp', () => {
  program(join(programs, 'npm'), 'mkdir -p node_modules; echo "npm error code EINTEGRITY"; exit 1')
  const { status, stderr } = launch(['start'])
  expect(status).toBe(1)
  expect(stderr).toContain('npm error code EINTEGRITY')
  expect(stderr).toMatch(/npm install failed, see /)
  expect(existsSync(join(project, 'node_modules/.sightline-stamp'))).toBe(false)
})

test('an npm on too old a Node is refused', () => {
  node(programs, 18)
  expect(launch(['start']).stderr).toMatch(/Node\.js 18 is too old to install with: 20 or newer is needed/)
})

test('builds the console when its sources changed, for the commands that serve it', () => {
  mkdirSync(join(project, 'web/src'), { recursive: true })
  writeFileSync(join(project, 'web/index.html'), '<html>')
  writeFileSync(join(project, 'web/src/main.tsx'), 'one')
  const built = (args: string[]) => launch(args).calls.filter(call => call.includes('vite.js build')).length
  expect(built(['node'])).toBe(0)
  expect(built(['start'])).toBe(1)
  expect(built(['start'])).toBe(0)
  writeFileSync(join(project, 'web/src/main.tsx'), 'two')
  expect(built(['platform'])).toBe(1)
  writeFileSync(join(project, 'web/src/other.tsx'), 'new')
  expect(built(['console'])).toBe(1)
  rmSync(join(project, 'web/dist'), { recursive: true })
  expect(built(['demo'])).toBe(1)
})

test.each([
  ['start', []],
  ['node', []],
  ['demo', ['setup runtime']],
  ['simulate', ['setup runtime']],
  ['test', ['setup test']],
  ['bench', ['setup bench']],
])('%s asks for its system packages', (command, wanted) => {
  expect(launch([command]).calls.filter(call => call.startsWith('setup'))).toEqual(wanted)
})
