import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import type { BenchPage, PageReport } from "./page.ts";

const PAGE_PATH = "/network-bench";
const DOCUMENT = `<!doctype html><title>network bench</title>
<body style="margin:0"><video autoplay muted playsinline width="1280" height="720"></video>`;

/** A page of the bench, whose functions are called here. */
export class RemotePage {
	readonly page: Page;

	private constructor(page: Page) {
		this.page = page;
	}

	/**
	 * @param origin of the page; nothing needs to listen there.
	 * @param permissions a page that may use a camera names its addresses, which others hide behind
	 * names.
	 */
	static async open(browser: Browser, origin: string, permissions: readonly string[] = []): Promise<RemotePage> {
		const page = await browser.newPage({
			viewport: { width: 1280, height: 720 },
			permissions: [...permissions],
		});
		page.on("pageerror", (error) => console.error(`The bench's page: ${error.message}`));
		await page.route(`${origin}${PAGE_PATH}`, (route) =>
			route.fulfill({ contentType: "text/html", body: DOCUMENT }),
		);
		await page.goto(`${origin}${PAGE_PATH}`);
		await page.addScriptTag({ content: await pageProgram(), type: "module" });
		await page.waitForFunction(() => "bench" in globalThis);
		return new RemotePage(page);
	}

	/** Calls a function of the page's program. */
	call<Name extends keyof BenchPage>(
		name: Name,
		...parameters: Parameters<BenchPage[Name]>
	): Promise<Awaited<ReturnType<BenchPage[Name]>>> {
		return this.page.evaluate(
			([called, given]) => {
				const { bench } = globalThis as unknown as { bench: Record<string, (...all: unknown[]) => unknown> };
				return bench[called]!(...given);
			},
			[name, parameters] as const,
		) as Promise<Awaited<ReturnType<BenchPage[Name]>>>;
	}

	report(): Promise<PageReport> {
		return this.call("report");
	}
}

let program: Promise<string> | undefined;

/** The page's program with all that it imports, as one module. */
function pageProgram(): Promise<string> {
	program ??= bundle();
	return program;
}

async function bundle(): Promise<string> {
	const entry = fileURLToPath(new URL("page.ts", import.meta.url));
	const built = await build({
		configFile: false,
		logLevel: "warn",
		build: {
			write: false,
			minify: false,
			lib: { entry, formats: ["es"], fileName: "page" },
			// The script has no address from which it could load further chunks.
			rolldownOptions: { output: { codeSplitting: false } },
		},
	});
	const outputs = (Array.isArray(built) ? built : [built]).flatMap((each) => ("output" in each ? each.output : []));
	const chunk = outputs.find((output) => output.type === "chunk");
	if (chunk === undefined) throw new Error("The bench's page could not be bundled.");
	return chunk.code;
}
