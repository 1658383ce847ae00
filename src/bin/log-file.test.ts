import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeTime } from '../base/fake-time.ts'
import { LogFile, type LogFileLimits } from './log-file.ts'

const NEVER: LogFileLimits = { maxBytes: 0, maxAgeMs: 0, keep: 3 }

let directory: string
let file: string
let time: FakeTime
let opened: LogFile[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sightline-log-'))
  file = join(directory, 'logs', 'node.log')
  time = new FakeTime()
  opened = []
})

afterEach(() => {
  for (const log of opened) log.close()
  rmSync(directory, { recursive: true })
})

function open(limits: Partial<LogFileLimits> = {}): LogFile {
  const log = new LogFile(file, { ...NEVER, ...limits }, time)
  opened.push(log)
  return log
}

const read = (suffix = '') => readFileSync(file + suffix, 'utf8')
const names = () => readdirSync(join(directory, 'logs')).sort()

test('lines are appended, also by the next process, and others may not read them', () => {
  open().write('one\n')
  open().write('two\n')
  expect(read()).toBe('one\ntwo\n')
  expect(statSync(file).mode & 0o777).toBe(0o640)
  expect(statSync(join(directory, 'logs')).mode & 0o007).toBe(0)
})

test('by size: no file is longer, no line is cut or lost, and so many are kept', () => {
  const log = open({ maxBytes: 10, keep: 2 })
  for (const line of ['a234\n', 'b234\n', 'c234\n', 'd234\n', 'e234\n', 'f234\n', 'g234\n', 'h\n']) log.write(line)
  expect(names()).toEqual(['node.log', 'node.log.1', 'node.log.2'])
  expect([read('.2'), read('.1'), read()]).toEqual(['c234\nd234\n', 'e234\nf234\n', 'g234\nh\n'])
})

test('a line longer than the limit is a file of its own', () => {
  const log = open({ maxBytes: 4 })
  log.write('too long\n')
  log.write('b\n')
  expect([read('.1'), read()]).toEqual(['too long\n', 'b\n'])
})

test('by age, with the first line after it', () => {
  const log = open({ maxAgeMs: 3_600_000 })
  log.write('early\n')
  time.advance(3_599_999)
  log.write('in time\n')
  time.advance(1)
  log.write('late\n')
  expect([read('.1'), read()]).toEqual(['early\nin time\n', 'late\n'])
})

test('what is put aside may be not kept at all', () => {
  const log = open({ maxBytes: 2, keep: 0 })
  log.write('a\n')
  log.write('b\n')
  expect([names(), read()]).toEqual([['node.log'], 'b\n'])
})

test('limits change while it is open', () => {
  const log = open()
  log.write('a\n')
  log.setLimits({ ...NEVER, maxBytes: 2 })
  log.write('b\n')
  expect([read('.1'), read()]).toEqual(['a\n', 'b\n'])
})

test('put aside by others: lines follow the old file until it is reopened', () => {
  const log = open({ maxBytes: 100 })
  log.write('before\n')
  renameSync(file, `${file}.old`)
  log.write('between\n')
  expect(existsSync(file)).toBe(false)
  log.reopen()
  log.write('after\n')
  expect([read('.old'), read()]).toEqual(['before\nbetween\n', 'after\n'])
})

test('where it cannot be put aside it goes on in the same file', () => {
  const log = open({ maxBytes: 2, keep: 1 })
  log.write('a\n')
  mkdirSync(join(`${file}.1`, 'in the way'), { recursive: true })
  log.write('b\n')
  expect(read()).toBe('a\nb\n')
})
