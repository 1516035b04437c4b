/**
 * The service's HTTP interface, a function per call.
 *
 * @typedef {{graph_id: string, title: string, description: string}} Graph
 * @typedef {"pending" | "running" | "success" | "error" | "interrupted" | "timeout"} RunStatus
 * @typedef {{run_id: string, thread_id: string, status: RunStatus, created_at: string, updated_at: string}} Run
 * @typedef {{text: string} | {file_id: string}} Source
 * @typedef {{enable_coreference: boolean, enable_dialogue: boolean, enable_relations: boolean,
 *   similarity_threshold: number, max_characters: number | null, min_mentions: number}} Options
 */

import { forgetTokens, keepTokens, tokens } from "./session.js";

/** A request that failed, in the words of the service; code "connection" when nobody answered. */
export class ApiError extends Error {
	/** @param {{status?: number, code: string, message?: string, hint?: string}} failure */
	constructor({ status = 0, code, message = "", hint = "" }) {
		super(message);
		this.status = status;
		this.code = code;
		this.hint = hint;
	}

	/** Whether the same request may succeed a little later. */
	get isPassing() {
		return this.status === 0 || this.status === 429 || this.status >= 500;
	}
}

/** Whether a run, or a task, is not over yet. @param {{status: string}} of */
export const isUnderWay = ({ status }) => status === "pending" || status === "running";

/** Whether people sign in here. @returns {Promise<{accounts: boolean, registration: boolean}>} */
export const getAccounts = () => getJson("/api/v1/auth");

export async function signIn(username, password) {
	keepTokens(await (await postJson("/api/v1/auth/login", { username, password })).json());
}

export async function signOut() {
	await postJson("/api/v1/auth/logout", {}).catch(() => {}); // Without an answer the session ends by itself.
	forgetTokens();
}

/** What a WebSocket opens with, which cannot bear a token; null where nobody signs in. @returns {Promise<string | null>} */
export const getTicket = async () => tokens() && (await (await postJson("/api/v1/auth/ticket", {})).json()).ticket;

export const askForReset = (username) => postJson("/api/v1/auth/reset-password", { username });

export const resetPassword = (token, password) =>
	postJson("/api/v1/auth/reset-password/confirm", { token, new_password: password });

/** @returns {Promise<Graph[]>} */
export const listGraphs = () => getJson("/api/v1/graphs");

/** @returns {Promise<{version?: string}>} */
export const getInfo = () => getJson("/info");

/** @returns {Promise<string>} The id of the stored file. */
export async function uploadFile(file) {
	const headers = { "Content-Type": "application/octet-stream" };
	const response = await request(`/api/v1/files?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file, headers });
	return (await response.json()).file_id;
}

export const fileAddress = (fileId) => `/api/v1/files/${encodeURIComponent(fileId)}/content`;

/** One's newest stored films. @returns {Promise<{file_id: string, name: string, media_type: string}[]>} */
export async function listFilms() {
	const { files } = await getJson("/api/v1/files?limit=100");
	return files.filter(({ media_type }) => media_type.startsWith("video/"));
}

/** A stored UTF-8 text, every code point of it: a leading byte order mark counts in the service's offsets too. */
export async function readText(fileId, signal) {
	return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await readBytes(fileId, signal));
}

export async function readBytes(fileId, signal) {
	return (await request(fileAddress(fileId), { signal })).arrayBuffer();
}

/** Start a run on a thread of its own. The answer's stream is left at once: the run goes on without listeners, and
 * whoever shows it joins from the beginning, whether it has just started or the page was reloaded.
 * @param {string} graphId @param {Source & Record<string, any>} input
 * @returns {Promise<{threadId: string, runId: string}>} */
export async function startRun(graphId, input) {
	const threadId = await newThread();
	return { threadId, runId: await begin(threadId, { assistant_id: graphId, input }) };
}

/** @returns {Promise<string>} The new thread's id. */
export const newThread = async () => (await (await postJson("/threads", {})).json()).thread_id;

/** Go on with a thread that waits for an answer. @param {string} threadId @param {string} graphId @param {object} answer
 * @returns {Promise<string>} The new run's id. */
export const resumeRun = (threadId, graphId, answer) => begin(threadId, { assistant_id: graphId, command: { resume: answer } });

/** @param {string} threadId @param {object} wanted The run's body. @returns {Promise<string>} The run's id. */
export async function begin(threadId, wanted) {
	const response = await postJson(`${threadPath(threadId)}/runs/stream`, {
		stream_mode: ["custom"],
		...wanted,
		stream_resumable: true,
		on_disconnect: "continue",
	});
	await response.body?.cancel();
	const runId = response.headers.get("Content-Location")?.match(/\/runs\/([^/]+)/)?.[1];
	if (!runId) throw new ApiError({ status: response.status, code: "no_run_id" });
	return runId;
}

/** @returns {Promise<Run>} */
export const getRun = (threadId, runId, signal) => getJson(runPath(threadId, runId), signal);

/** @param {string} threadId @param {AbortSignal} signal
 * @returns {Promise<{values: Record<string, any>, interrupts: {value: any}[]}>} What a thread holds, and what it asks. */
export async function getState(threadId, signal) {
	const { values, tasks } = await getJson(`${threadPath(threadId)}/state`, signal);
	return { values, interrupts: tasks.flatMap((task) => task.interrupts ?? []) };
}

/** Everything that a run has emitted after an event, then what it goes on to emit.
 * @param {string} threadId @param {string} runId @param {string} lastEventId "0" for all @param {AbortSignal} signal */
export function openRunStream(threadId, runId, lastEventId, signal) {
	const headers = { Accept: "text/event-stream", "Last-Event-ID": lastEventId };
	return request(`${runPath(threadId, runId)}/stream`, { headers, signal });
}

function sendForm(path, fields) {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) form.append(name, value);
	return request(path, { method: "POST", body: form });
}

/** @param {File} file @param {Record<string, string>} fields @returns {Promise<{task_id: string}>} */
export const sendGuideline = async (file, fields) => (await sendForm("/api/v1/workflow/upload", { ...fields, file })).json();

const guidelinePath = (taskId) => `/api/v1/workflow/${encodeURIComponent(taskId)}`;

export const getGuidelineTask = (taskId, signal) => getJson(`${guidelinePath(taskId)}/status`, signal);

export const cancelGuideline = (taskId) => request(guidelinePath(taskId), { method: "DELETE" });

export const answerReview = (taskId, verdict) => postJson(`${guidelinePath(taskId)}/review`, verdict);

async function ask(path, method = "GET", body, signal) {
	const headers = { "Content-Type": "application/json" };
	return (await request(path, { method, headers, body: body && JSON.stringify(body), signal })).json();
}

/** A question about one's tasks of topics. */
export const askTopics = (path, method, body, signal) => ask(`/api/tasks${path}`, method, body, signal);

/** A question about one's audiobooks. */
export const askBooks = async (path, method, body, signal) => (await ask(`/api/books${path}`, method, body, signal)).data;

export const sendBook = (bookId, file) => sendForm(`/api/books/${encodeURIComponent(bookId)}/upload`, { file });

/** A voice, saying something. @param {string} bookId @param {{voiceId: string, language: string}} wish @returns {Promise<Blob>} */
export const hearBook = async (bookId, wish) => (await postJson(`/api/books/${encodeURIComponent(bookId)}/voices/preview`, wish)).blob();

export const readBlob = async (address) => (await request(address, {})).blob();

export const threadPath = (threadId) => `/threads/${encodeURIComponent(threadId)}`;
export const runPath = (threadId, runId) => `${threadPath(threadId)}/runs/${encodeURIComponent(runId)}`;

export async function getJson(path, signal) {
	return (await request(path, { signal })).json();
}

export function postJson(path, body) {
	return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** @param {string} path @param {RequestInit} init @throws {ApiError} for any answer but 2xx */
export async function request(path, init) {
	const sent = tokens()?.access_token;
	let response = await send(path, init);
	if (response.status === 401 && sent && await refreshed(sent)) response = await send(path, init);
	if (response.ok) return response;
	if (response.status === 401 && sent) dispatchEvent(new Event("signed-out"));
	throw await failureOf(response);
}

async function send(path, init) {
	const known = tokens();
	const headers = { ...init?.headers, ...(known && { Authorization: `Bearer ${known.access_token}` }) };
	try {
		return await fetch(path, { cache: "no-store", ...init, headers });
	} catch (error) {
		if (init?.signal?.aborted) throw error;
		throw new ApiError({ code: "connection" });
	}
}

/** @type {Promise<boolean> | null} A refresh token is good once, so all that wait share one refresh. */
let refreshing = null;

/** Whether there is another access token than the one that was refused. */
async function refreshed(refused) {
	if (tokens()?.access_token !== refused) return tokens() !== null;
	refreshing ??= refresh().finally(() => { refreshing = null; });
	return refreshing;
}

async function refresh() {
	const headers = { "Content-Type": "application/json" };
	const body = JSON.stringify({ refresh_token: tokens().refresh_token });
	const response = await send("/api/v1/auth/refresh", { method: "POST", headers, body });
	if (response.ok) keepTokens(await response.json());
	else forgetTokens();
	return response.ok;
}

async function failureOf(response) {
	const body = await response.json().catch(() => ({})); // A proxy's error page is no JSON.
	const details = Array.isArray(body.detail) ? body.detail.map((part) => part.msg ?? JSON.stringify(part)).join("; ") : body.detail;
	const { message, details: hint, code } = body.error ?? {}; // As an older contract tells it.
	if (message) return new ApiError({ status: response.status, code, message, hint });
	return new ApiError({
		status: response.status,
		code: body.error ?? `http_${response.status}`,
		message: details ?? response.statusText,
		hint: body.hint ?? "",
	});
}
