import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { withEnglishWords } from "./words-in-html.ts";

export default defineConfig({
	root: fileURLToPath(new URL(".", import.meta.url)),
	// Relative addresses: the page works under any path, also behind a proxy.
	base: "./",
	publicDir: false,
	plugins: [{ name: "words", transformIndexHtml: { order: "pre", handler: withEnglishWords } }],
	build: {
		outDir: fileURLToPath(new URL("../dist/web", import.meta.url)),
		emptyOutDir: true,
		rolldownOptions: {
			input: ["index.html", "rerun.html"].map((file) => fileURLToPath(new URL(file, import.meta.url))),
		},
		target: "es2023",
		// The server's content security policy allows neither inline code nor data:
		// URLs.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
	},
});
