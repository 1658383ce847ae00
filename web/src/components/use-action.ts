import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import type { ApiCall } from '../lib/api/client.ts'
import { staleWith } from '../lib/api/related.ts'

interface Options<Answer> {
  /** Said when it worked. */
  readonly done: string
  readonly onDone?: (answer: Answer) => void
}

/** Sends one request that changes something, says that it worked, and asks again for what it changed. */
export function useAction<Answer = unknown>({ done, onDone }: Options<Answer>) {
  const { message } = App.useApp()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (call: ApiCall<Answer>) => call.send(),
    onSuccess: async (answer, call) => {
      void message.success(done)
      onDone?.(answer)
      // The noun of the path is the first word of the keys of what was asked for; the feed tells other pages.
      const stale = staleWith(call.path.split(/[/?]/)[1] ?? '')
      await queryClient.invalidateQueries({ predicate: ({ queryKey }) => stale.includes(String(queryKey[0])) })
    },
  })
}
