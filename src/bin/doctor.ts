import { systemClock } from '../base/clock.ts'
import { errorText } from '../base/errors.ts'
import { type LoadedSettings, loadSettings } from '../config/load.ts'
import { CHECKS, type Finding } from './doctor-checks.ts'

export interface DoctorOptions {
  readonly configFile?: string | undefined
  readonly json: boolean
}

export interface Report {
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

/** Runs every check; one that breaks is a finding, not the end. */
export async function diagnose(loaded: LoadedSettings): Promise<Report> {
  const findings: Finding[] = []
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      findings.push(...(await check(loaded, systemClock)))
    } catch (error) {
      findings.push({ check: name, status: 'warn', message: `could not be checked: ${errorText(error)}` })
    }
  }
  return { ok: findings.every(finding => finding.status !== 'fail'), findings }
}

/** `sightline doctor`: what stands in the way on this machine, and what to do about it. Exit code 1 when something fails. */
export async function runDoctor({ configFile, json }: DoctorOptions): Promise<void> {
  const loaded = loadSettings({ file: configFile, environment: process.env, directory: process.cwd() })
  const report = await diagnose(loaded)
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else for (const finding of report.findings) process.stdout.write(line(finding))
  process.exitCode = report.ok ? 0 : 1
}

function line({ check, status, message, advice }: Finding): string {
  const todo = advice === undefined ? '' : `\n${' '.repeat(20)}-> ${advice}`
  return `${status.toUpperCase().padEnd(5)} ${check.padEnd(13)} ${message}${todo}\n`
}
