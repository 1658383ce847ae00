import { PlayerView } from '../../components/player/player-view.tsx'
import { usePlayer } from '../../components/player/use-player.ts'
import type { Stream } from '../../lib/api/types.ts'

/** The stream as it is now, until one goes back in it. */
export function LiveTile({ stream }: { stream: Stream }) {
  const player = usePlayer(stream)
  return <PlayerView player={player} stream={stream} />
}
