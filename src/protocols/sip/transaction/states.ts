/** For each state what each input leads to; an input without an entry does nothing there. */
export type StateTable<State extends string, Input extends string> = Readonly<
  Record<State, Partial<Readonly<Record<Input, State>>>>
>

/** The class of a response as the tables of RFC 3261 §17 have it. */
export type ResponseClass = '1xx' | '2xx' | '300-699'

export function responseClass(status: number): ResponseClass {
  if (status < 200) return '1xx'
  return status < 300 ? '2xx' : '300-699'
}
