import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cameraArguments, withoutQuery } from './camera.ts'
import { cameraUrl } from './simulate.ts'

test.each([
  ['rtmp://host/live/cam{n}?key=a', 3, 5, 'rtmp://host/live/cam3?key=a'],
  ['rtmp://host/live/cam?key=a', 3, 5, 'rtmp://host/live/cam3?key=a'],
  ['rtmp://host/live/cam?key=a', 1, 1, 'rtmp://host/live/cam?key=a'],
])('%s is camera %i of %i at %s', (url, number, count, expected) => {
  expect(cameraUrl(url, number, count)).toBe(expected)
})

test('ffmpeg takes the arguments, and makes a picture and a tone', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sightline-camera-'))
  const file = join(directory, 'camera.flv')
  const args = cameraArguments(file, 1)
  expect(spawnSync('ffmpeg', [...args.slice(0, -1), '-t', '0.4', file], { encoding: 'utf8' }).stderr).toBe('')
  const { stdout } = spawnSync(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'stream=codec_name,width', '-of', 'csv=p=0', file],
    {
      encoding: 'utf8',
    },
  )
  rmSync(directory, { recursive: true })
  expect(stdout.trim().split('\n')).toEqual(['h264,1280', 'aac'])
})

test('keys do not reach the log', () => {
  expect(
    withoutQuery('Error closing file rtmp://127.0.0.1:1935/live/camera1?key=a-b_c&x=1: Operation not permitted'),
  ).toBe('Error closing file rtmp://127.0.0.1:1935/live/camera1?...: Operation not permitted')
})
