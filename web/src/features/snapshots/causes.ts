/** Why a picture was taken, as the platform says. */
export const CAUSES = ['demand', 'periodic', 'recordingStart', 'recordingEnd', 'recorded', 'device'] as const
