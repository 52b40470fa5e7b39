/** The parts of Node's report that panogaze reads. */
export interface SystemReport {
	readonly header: {
		/** `undefined` on systems without glibc. */
		readonly glibcVersionRuntime?: string | undefined;
	};
	/** Limits of the process; missing on Windows. */
	readonly userLimits?: { readonly open_files?: { readonly soft?: unknown } | undefined } | undefined;
}

/**
 * Returns Node's report of this process. Its part about connections is left out: for that, Node
 * asks for the names of all their far ends, and without a resolver waits seconds for each.
 */
export function systemReport(): SystemReport {
	// Since Node 22; @types/node does not have it yet.
	const report = process.report as typeof process.report & { excludeNetwork?: boolean };
	const former = report.excludeNetwork;
	report.excludeNetwork = true;
	try {
		return report.getReport() as SystemReport;
	} finally {
		report.excludeNetwork = former ?? false;
	}
}
