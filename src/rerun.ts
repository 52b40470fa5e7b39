/**
 * The Rerun SDK of the package `panogaze-rerun`, for programs that have panogaze and need no second
 * package.
 */
export * from "panogaze-rerun";
