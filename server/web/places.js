/**
 * Where each job and each part of the workspace has its page.
 *
 * @typedef {{name: string, address: string, graphs?: string[], result?: (threadId: string, runId: string) => string}} Place
 *   name: of its words, `app.<name>`; graphs: whose runs it shows, result: at which address
 */

const onThread = (address) => (threadId) => `${address}/${threadId}`;

/** @type {Place[]} */
export const JOBS = [
	{ name: "chat", address: "#/chat", graphs: ["assistant"], result: onThread("#/chat") },
	{ name: "novels", address: "#/novels", graphs: ["characters"], result: (threadId, runId) => `#/runs/${threadId}/${runId}` },
	{ name: "translate", address: "#/translate", graphs: ["translate", "subtitles"], result: (threadId, runId) => `#/translations/${threadId}/${runId}` },
	{ name: "books", address: "#/books", graphs: ["audiobook"], result: onThread("#/books") },
	{ name: "talk", address: "#/talk", graphs: ["dialogue"] },
	{ name: "guidelines", address: "#/guidelines", graphs: ["guideline"], result: onThread("#/guidelines") },
	{ name: "topics", address: "#/topics", graphs: ["topics"], result: onThread("#/topics") },
];

/** @type {Place[]} */
export const WORKSPACE = ["history", "threads", "files", "usage"].map((name) => ({ name, address: `#/${name}` }));

/** @type {Place[]} */
export const SERVICE = ["settings", "users", "health"].map((name) => ({ name, address: `#/${name}` }));

/** Where a run's result is shown; null for graphs without a page. @param {{graph_id: string, thread_id: string, run_id: string}} run */
export const resultAddress = ({ graph_id: graphId, thread_id: threadId, run_id: runId }) =>
	JOBS.find(({ graphs }) => graphs.includes(graphId))?.result?.(threadId, runId) ?? null;

/** @param {{thread_id: string, run_id: string}} run */
export const progressAddress = ({ thread_id: threadId, run_id: runId }) => `#/progress/${threadId}/${runId}`;
