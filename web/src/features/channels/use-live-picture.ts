import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { deviceApi } from '../../lib/api/client.ts'
import { streamQuery } from '../../lib/api/queries.ts'
import type { Channel } from '../../lib/api/types.ts'

/** Starts the channel when it is opened and can be watched; its stream is the one of the answer. */
export function useLivePicture(channel: Channel) {
  const { id, state } = channel
  const play = useMutation({ mutationFn: deviceApi('playChannel', { path: { id } }).send })
  const { mutate } = play
  const there = state === 'on'
  // biome-ignore lint/correctness/useExhaustiveDependencies: started when it is opened, and when it comes back
  useEffect(() => {
    if (there) mutate()
  }, [there, id])
  const streamId = play.data?.streamId
  const { data: stream } = useQuery({ ...streamQuery(streamId ?? ''), enabled: streamId !== undefined })
  return { play, stream }
}
