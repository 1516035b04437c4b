/**
 * The runs started from this browser, the newest first.
 *
 * @typedef {{threadId: string, runId: string, title: string, graphId: string, startedAt: string,
 *   status: string}} RecentRun status: how it ended; empty until this page has seen the end
 */

import { userPart } from "./session.js";
import { recall, remember } from "./storage.js";

const KEPT = 20;
const place = () => `runs${userPart()}`;

/** @returns {RecentRun[]} */
export const recentRuns = () => recall(place(), []);

/** @returns {RecentRun | undefined} */
export const recentRun = (runId) => recentRuns().find((run) => run.runId === runId);

/** @param {Omit<RecentRun, "startedAt" | "status">} run It starts now. */
export function rememberRun(run) {
	remember(place(), [{ ...run, startedAt: new Date().toISOString(), status: "" }, ...recentRuns()].slice(0, KEPT));
}

export function noteStatus(runId, status) {
	remember(place(), recentRuns().map((run) => (run.runId === runId ? { ...run, status } : run)));
}

export function forgetRun(runId) {
	remember(place(), recentRuns().filter((run) => run.runId !== runId));
}
