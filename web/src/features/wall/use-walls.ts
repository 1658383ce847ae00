import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { meQuery } from '../../lib/api/queries.ts'
import { type Preference, preference, usePreference } from '../../lib/preferences.ts'
import { parseWalls, type Walls } from './walls.ts'

const byUser = new Map<string, Preference<string>>()

function wallsOf(user: string): Preference<string> {
  const known = byUser.get(user) ?? preference<string>(`wall.${user}`, stored => stored ?? '')
  byUser.set(user, known)
  return known
}

/** The walls of whoever is logged in, kept in this browser and shared by its tabs. */
export function useWalls(): readonly [walls: Walls, change: (change: Partial<Walls>) => void] {
  const { data: me } = useQuery(meQuery())
  const stored = wallsOf(me?.id ?? '')
  const text = usePreference(stored)
  const walls = useMemo(() => parseWalls(text), [text])
  return [walls, change => stored.set(JSON.stringify({ ...parseWalls(stored.get()), ...change }))]
}
