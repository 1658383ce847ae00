import type { BitReader } from '../../../base/bits.ts'
import { AppError } from '../../../base/errors.ts'

/** num_short_term_ref_pic_sets (ITU-T H.265 §7.4.3.2.1). */
const MAX_SETS = 64
/** sps_max_dec_pic_buffering_minus1 is at most 15, so a set names at most 16 pictures (§7.4.8). */
const MAX_PICTURES = 16

/** Reads past num_short_term_ref_pic_sets and every st_ref_pic_set() of an SPS (§7.3.7). */
export function skipShortTermRefPicSets(r: BitReader): void {
  const count = r.ue()
  if (count > MAX_SETS) throw invalid(`num_short_term_ref_pic_sets ${count}`)
  let numDeltaPocs = 0 // of the set before; in an SPS delta_idx_minus1 is absent, so that one is the reference
  for (let set = 0; set < count; set++) {
    if (set > 0 && r.flag()) {
      r.skip(1) // delta_rps_sign
      r.ue() // abs_delta_rps_minus1
      let kept = 0
      for (let i = 0; i <= numDeltaPocs; i++) {
        // used_by_curr_pic_flag, else use_delta_flag, which says whether the picture stays in the set
        if (r.flag() || r.flag()) kept++
      }
      numDeltaPocs = kept
    } else {
      const negative = r.ue()
      const positive = r.ue()
      numDeltaPocs = negative + positive
      if (numDeltaPocs > MAX_PICTURES) throw invalid(`${numDeltaPocs} pictures in a short-term set`)
      for (let i = 0; i < numDeltaPocs; i++) {
        r.ue() // delta_poc_minus1
        r.skip(1) // used_by_curr_pic_flag
      }
    }
    if (numDeltaPocs > MAX_PICTURES) throw invalid(`${numDeltaPocs} pictures in a short-term set`)
  }
}

function invalid(reason: string): AppError {
  return new AppError('BYTES_INVALID', { what: 'H.265 SPS', reason })
}
