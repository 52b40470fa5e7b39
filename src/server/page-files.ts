import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import staticFiles from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";

const PAGE_NOT_BUILT =
	'The server runs, but its page is not built in this checkout. Run "npm run build" there, ' +
	'then start the server again ("npm start" does both).\n';

/**
 * Serves one more page of the same folder, with a content security policy of its own. Its other
 * addresses lead to it: without that policy it does not work.
 */
export function registerFurtherPage(
	app: FastifyInstance,
	page: { readonly url: string; readonly file: string; readonly policy: Record<string, string[]> },
	folder: string = pageFolder(),
): void {
	const helmet = { contentSecurityPolicy: { useDefaults: false, directives: page.policy } };
	app.get(page.url, { helmet }, (_request, reply) =>
		existsSync(join(folder, page.file)) ? reply.sendFile(page.file) : notBuilt(reply),
	);
	for (const url of [`${page.url}/`, `/${page.file}`])
		app.get(url, (_request, reply) => reply.redirect(page.url, 308));
}

/**
 * Serves the page's files, or instructions to build them.
 *
 * @param folder folder of the built page. @default its place beside the sources or
 * in the package
 */
export async function registerPage(app: FastifyInstance, folder: string = pageFolder()): Promise<void> {
	if (!existsSync(join(folder, "index.html"))) {
		app.get("/", async (_, reply) => notBuilt(reply));
		return;
	}
	await app.register(staticFiles, {
		root: folder,
		cacheControl: false,
		// Vite names assets by their content. The page that names them is requested
		// each time, or after an update it would name files that are gone.
		setHeaders: (response, path) =>
			void response.header(
				"cache-control",
				path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
			),
	});
}

function notBuilt(reply: FastifyReply): FastifyReply {
	return reply.code(503).type("text/plain; charset=utf-8").send(PAGE_NOT_BUILT);
}

function pageFolder(): string {
	return fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../../dist/web/" : "../web/", import.meta.url));
}
