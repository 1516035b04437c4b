// A page that talks to the service with either of the official hooks, and shows as JSON what they know.
import { useStream as useProtocol } from "@langchain/react";
import { useStream as useLegacy } from "@langchain/langgraph-sdk/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";

const query = new URLSearchParams(location.search);
const useStream = query.get("hook") === "legacy" ? useLegacy : useProtocol;

function Chat() {
  const [threadId, setThreadId] = useState(query.get("thread"));
  const onThreadId = (id) => {
    query.set("thread", id);
    history.replaceState(null, "", `?${query}`);
    setThreadId(id);
  };
  const stream = useStream({
    apiUrl: query.get("api"),
    assistantId: query.get("graph"),
    threadId,
    onThreadId,
    fetchStateHistory: true,
    reconnectOnMount: true,
  });
  window.chat = stream;
  const { values, interrupt, isLoading, error, messages } = stream;
  const shown = { values, interrupt, isLoading, error: error && String(error), texts: messages?.map(textOf) };
  return <pre id="shown">{JSON.stringify(shown)}</pre>;
}

const textOf = ({ content, text }) => text ?? (typeof content === "string" ? content : content.map((part) => part.text).join(""));

createRoot(document.getElementById("root")).render(<Chat />);
