/**
 * Numbers that our clients give their pose streams. Others may number theirs as they like and
 * declare them in the hello; the server relies on `body` for `body_pose` alone.
 */
export const POSE_STREAM = {
	head: 0,
	leftHand: 1,
	rightHand: 2,
	body: 3,
	leftController: 4,
	rightController: 5,
} as const;
