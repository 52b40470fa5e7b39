import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import staticFiles from "@fastify/static";
import type { FastifyInstance } from "fastify";

const PAGE_NOT_BUILT = `The server runs, but its page is not built in this checkout. Run "npm run build" there, then start the server again ("npm start" does both).
`;

/**
 * Serves the page's files, or says how to build them.
 *
 * @param folder of the built page. @default where it lies, seen from the sources or from the built
 * package
 */
export async function registerPage(app: FastifyInstance, folder: string = pageFolder()): Promise<void> {
	if (!existsSync(join(folder, "index.html"))) {
		app.get("/", async (_, reply) => reply.code(503).type("text/plain; charset=utf-8").send(PAGE_NOT_BUILT));
		return;
	}
	await app.register(staticFiles, {
		root: folder,
		cacheControl: false,
		// Vite names assets by their content; the page that names them is asked for anew each time,
		// or an update would point at files that are gone.
		setHeaders: (response, path) =>
			void response.header(
				"cache-control",
				path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
			),
	});
}

function pageFolder(): string {
	return fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../../dist/web/" : "../web/", import.meta.url));
}
