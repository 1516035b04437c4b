// A chat with the assistant: messages, how far its job is, and buttons for what it proposes.
import { useStream } from "@langchain/langgraph-sdk/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";

const query = new URLSearchParams(location.search);
const APPROVED = { decisions: [{ type: "approve" }] };
const REJECTED = { decisions: [{ type: "reject", message: "Not now." }] };

function Chat() {
  const [threadId, setThreadId] = useState(query.get("thread"));
  const [progress, setProgress] = useState("");
  const chat = useStream({
    apiUrl: query.get("api") ?? "http://127.0.0.1:8000",
    assistantId: "assistant",
    threadId,
    reconnectOnMount: true, // a page that is loaded anew finds its run again
    onThreadId: (id) => {
      history.replaceState(null, "", `?${new URLSearchParams({ ...Object.fromEntries(query), thread: id })}`);
      setThreadId(id);
    },
    onCustomEvent: (event) => event.type === "progress" && setProgress(`${event.stage}: ${event.done} of ${event.total}`),
  });
  const send = (event) => {
    event.preventDefault();
    const { wish } = event.target.elements;
    chat.submit({ messages: [{ type: "human", content: wish.value }] });
    event.target.reset();
  };
  const answer = (resume) => chat.submit(undefined, { command: { resume } });

  return (
    <main>
      {chat.messages.map((message) => (
        <p key={message.id} className={message.type}>
          <b>{message.type}</b> {textOf(message)}
        </p>
      ))}
      {chat.interrupt?.value?.action_requests?.map((request, index) => (
        <fieldset key={index}>
          <legend>{request.name}</legend>
          <pre>{JSON.stringify(request.args, null, 2)}</pre>
          <button onClick={() => answer(APPROVED)}>Go on</button> <button onClick={() => answer(REJECTED)}>Not now</button>
        </fieldset>
      ))}
      {chat.error && <p role="alert">{String(chat.error)}</p>}
      <p role="status">{chat.isLoading ? progress || "…" : ""}</p>
      <form onSubmit={send}>
        <input name="wish" aria-label="Your message" size="60" required /> <button disabled={chat.isLoading}>Send</button>
      </form>
    </main>
  );
}

const textOf = ({ content }) => (typeof content === "string" ? content : content.map((part) => part.text ?? "").join(""));

createRoot(document.getElementById("root")).render(<Chat />);
