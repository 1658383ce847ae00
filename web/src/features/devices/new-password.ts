/** Without letters and digits that are mixed up when they are typed with the arrows of a remote control. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
/** Devices take eight and more; some no more than sixteen. */
const LENGTH = 10

/** Easy to type, hard to guess: 31^10. */
export function newPassword(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(LENGTH))
  return [...numbers].map(number => LETTERS[number % LETTERS.length]).join('')
}
