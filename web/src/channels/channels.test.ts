import { describe, expect, it } from "vitest";
import { readMapping } from "./MappingEditor";
import { familyOf } from "./ModelPicker";
import {
  findProviders,
  firstChatModel,
  looksRight,
  type Provider,
  parseKeys,
  parseNames,
  recommended,
} from "./providers";

const provider = {
  key_required: true,
  key_pattern: "sk-[a-z]{3,}",
  base_models: { openai_chat: ["chat-a", "chat-b"], embeddings: ["embed-a"] },
} as unknown as Provider;

describe("names", () => {
  it("are kept exactly, each once, parted by commas and lines of any script", () => {
    expect(parseNames("gpt-4o, a b\nGPT-4o，模型、gpt-4o;x")).toEqual(["gpt-4o", "a b", "GPT-4o", "模型", "x"]);
  });
  it("of keys are parted by lines alone, for keys hold commas", () => {
    expect(parseKeys(" ak,sk|x \n\nak,sk|x\nother")).toEqual(["ak,sk|x", "other"]);
  });
});

describe("a new channel", () => {
  it("serves the base models its upstream has", () => {
    const many = Array.from({ length: 50 }, (_, number) => `other-${number}`);
    expect(recommended(provider, ["chat-b", "embed-a", ...many])).toEqual(["chat-b", "embed-a"]);
  });
  it("serves all of an upstream that has few, and what is known of one that says nothing", () => {
    expect(recommended(provider, ["own", "chat-a"])).toEqual(["chat-a", "own"]);
    expect(recommended(provider, [])).toEqual(["chat-a", "chat-b", "embed-a"]);
  });
  it("is tried with a model that chats", () => {
    expect(firstChatModel(["embed-a", "chat-b"], provider)).toBe("chat-b");
    expect(firstChatModel(["text-embedding-3", "o9"])).toBe("o9");
    expect(firstChatModel([])).toBeUndefined();
  });
});

describe("a key", () => {
  it("is judged by the vendor's pattern as a whole", () => {
    expect(looksRight(provider, "sk-abc")).toBe(true);
    expect(looksRight(provider, "xsk-abc")).toBe(false);
    expect(looksRight(provider, "")).toBe(false);
  });
});

describe("a mapping", () => {
  it("is an object of texts, or it is none", () => {
    expect(readMapping('{"a": "b"}')).toEqual({ a: "b" });
    expect(readMapping("")).toEqual({});
    expect([readMapping("[1]"), readMapping('{"a": 1}'), readMapping("{")]).toEqual([null, null, null]);
  });
});

describe("families", () => {
  it("put together what belongs together", () => {
    expect(["Qwen/Qwen3-8B", "gpt-4o-mini", "claude-opus-5", "o3"].map(familyOf)).toEqual([
      "Qwen",
      "gpt-4o",
      "claude",
      "o3",
    ]);
  });
});

describe("a provider", () => {
  const named = (id: string, en: string, zh: string, url: string, place = 0) =>
    ({ id, name: { en, zh }, base_urls: url ? [url] : [], place }) as unknown as Provider;
  const all = [
    named("dashscope", "Alibaba DashScope (Qwen)", "阿里云百炼（通义千问）", "https://dashscope.aliyuncs.com/v1", 2),
    named("openai", "OpenAI", "OpenAI", "https://api.openai.com/v1", 1),
    named("openai-compatible", "Any OpenAI-compatible server", "任意 OpenAI 兼容服务", "", 3),
    named("ovhcloud", "OVHcloud", "OVHcloud", "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1"),
  ];
  const ids = (typed: string) => findProviders(all, typed).map((one) => one.id);
  it("is found by its names, its id and its address", () => {
    expect(ids("qwen")).toEqual(["dashscope"]);
    expect(ids("百炼")).toEqual(["dashscope"]);
    expect(ids(" OpenAI ")).toEqual(["openai", "openai-compatible"]);
    expect(ids("https://oai.endpoints.kepler.ai.cloud.ovh.net/v1")).toEqual(["ovhcloud"]);
    expect(ids("nobody")).toEqual([]);
  });
});
