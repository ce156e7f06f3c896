-- A chat completion of about 600 bytes, or the body given, repeated; the summary is one line of JSON.
local key = os.getenv("BENCH_KEY")
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. key
for line in (os.getenv("BENCH_EXTRA") or ""):gmatch("[^\n]+") do
  local name, value = line:match("^([^=]+)=(.*)$")
  wrk.headers[name] = value
end
local given = os.getenv("BENCH_BODY") or ""
wrk.body = given ~= "" and given or '{"model":"bench","temperature":0.7,"max_tokens":256,"messages":[' ..
  '{"role":"system","content":"You are a helpful assistant."},' ..
  '{"role":"user","content":"' .. string.rep("Tell me about rivers. ", 20) .. '"}]}'

-- Milliseconds a connection waits between two requests, so that all measure the same number of requests a second.
local pause = tonumber(os.getenv("BENCH_PAUSE_MS") or "")
if pause then
  function delay()
    return pause
  end
end

function done(summary, latency, requests)
  local seconds = summary.duration / 1e6
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write +
    summary.errors.status + summary.errors.timeout
  io.write(string.format(
    'RESULT {"rps": %.1f, "requests": %d, "p50": %.3f, "p99": %.3f, "errors": %d}\n',
    summary.requests / seconds, summary.requests,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, errors))
end
