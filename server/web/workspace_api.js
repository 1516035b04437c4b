/** What the workspace's pages ask: runs, threads, files, usage, accounts, health. */

import { begin, getJson, isUnderWay, newThread, postJson, request, runPath, threadPath } from "./api.js";
/** @import {RunStatus} from "./api.js" */

/** @typedef {{run_id: string, thread_id: string, graph_id: string, status: RunStatus, attempt: number, created_at: string,
 *   started_at: string | null, ended_at: string | null}} RunRow */
/** @typedef {{nodes: Record<string, number>, started_at: string, ended_at: string | null, is_waiting: boolean}} Step */

const remove = (path) => request(path, { method: "DELETE" });
const queryOf = (fields) => new URLSearchParams(Object.entries(fields).filter(([, value]) => value));
const runRow = (runId) => `/api/v1/runs/${encodeURIComponent(runId)}`;

/** @param {{status?: string, graph?: string, before?: string, limit?: string}} filter @param {AbortSignal} [signal] @returns {Promise<RunRow[]>} */
export const listRuns = (filter, signal) => getJson(`/api/v1/runs?${queryOf(filter)}`, signal);

export const getRunRow = (runId, signal) => getJson(runRow(runId), signal);

/** @returns {Promise<Step[]>} */
export const getSteps = (runId, signal) => getJson(`${runRow(runId)}/steps`, signal);

export const getRunUsage = (runId, signal) => getJson(`${runRow(runId)}/usage`, signal);

/** @returns {Promise<RunRow>} */
export const retryRun = async (runId) => (await postJson(`${runRow(runId)}/retry`, {})).json();

export const cancelRun = (threadId, runId) => postJson(`${runPath(threadId, runId)}/cancel`, {});

/** The last run of a thread that is not over. */
export async function activeRun(threadId, signal) {
	const runs = await getJson(`${threadPath(threadId)}/runs?limit=5`, signal);
	return runs.find(isUnderWay) ?? null;
}

/** Threads, the last changed first, with what their first message says.
 * @param {{metadata?: object, limit?: number, offset?: number}} filter */
export async function listThreads(filter) {
	const select = ["thread_id", "status", "metadata", "updated_at"];
	return (await postJson("/threads/search", { select, extract: { first: "values.messages[0].content" }, ...filter })).json();
}

export const deleteThread = (threadId) => remove(threadPath(threadId));

/** A run of the assistant, on a thread of its own when it is the first.
 * @param {string | undefined} threadId @param {object} wanted `input` or `command` */
export async function converse(threadId, wanted) {
	const place = threadId ?? await newThread();
	const runId = await begin(place, { assistant_id: "assistant", stream_mode: ["messages-tuple", "custom"], ...wanted });
	return { threadId: place, runId };
}

export const listFiles = (after, signal) => getJson(`/api/v1/files?${queryOf({ limit: "50", after })}`, signal);
export const getFileStats = (signal) => getJson("/api/v1/files/stats", signal);
export const deleteFile = (fileId) => remove(`/api/v1/files/${encodeURIComponent(fileId)}`);

/** @param {string} since A day, YYYY-MM-DD. @param {AbortSignal} [signal] */
export const getUsage = (since, signal) => getJson(`/api/v1/usage?since=${since}`, signal);

export const listKeys = () => getJson("/api/v1/keys");
export const makeKey = async (name, scopes) => (await postJson("/api/v1/keys", { name, scopes })).json();
export const revokeKey = (keyId) => remove(`/api/v1/keys/${encodeURIComponent(keyId)}`);
export const changePassword = (current, wanted) =>
	postJson("/api/v1/auth/change-password", { current_password: current, new_password: wanted });

export const listUsers = () => getJson("/api/v1/users");
export const makeUser = (user) => postJson("/api/v1/users", user);
export const changeUser = (userId, change) => request(`/api/v1/users/${encodeURIComponent(userId)}`,
	{ method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify(change) });
export const endSessions = (userId) => remove(`/api/v1/users/${encodeURIComponent(userId)}/sessions`);
export const listAudit = () => getJson("/api/v1/audit?limit=50");

/** @param {AbortSignal} [signal] The answer counts also where a part is not well. */
export const getHealth = (signal) => fetch("/api/v1/health", { cache: "no-store", signal }).then((answer) => answer.json());
export const getStats = (signal) => getJson("/api/v1/stats", signal);
export const listModels = async (signal) => (await getJson("/api/v1/models", signal)).data;
