/// <reference types="node" preserve="true" />
/** The part of the Rerun SDK that needs Node: `panogaze-rerun/node`. */
export * from "panogaze-rerun/node";
