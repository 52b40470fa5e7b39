/** The places of the two eyes' panoramas in a picture: the left eye's is named first. */
export const STEREO_LAYOUTS = ["mono", "top-bottom", "bottom-top", "left-right", "right-left"] as const;
export type StereoLayout = (typeof STEREO_LAYOUTS)[number];
