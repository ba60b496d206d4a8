-- wrk script: BATCH API-call events per request, 100 000 users, 50 endpoints. The bodies are made beforehand, as a client that
-- measures a server should not be the slower of the two.
-- INGEST_KEY=... BATCH=100 wrk -s post_events.lua http://127.0.0.1:8080/v1/events
local key = os.getenv("INGEST_KEY")
local size = tonumber(os.getenv("BATCH") or "1")
local headers = { ["Content-Type"] = "application/json" }
if key then headers["Authorization"] = "Bearer " .. key end
local n = 0
local function event()
  n = n + 1
  return string.format(
    '{"type":"api_call","user_id":"u%d","endpoint":"/api/v1/resource%d","status":"%s","duration_ms":%d}',
    n * 7919 % 100000, n % 50, n % 10 == 0 and "error" or "success", n % 300)
end
local function body()
  if size == 1 then return event() end
  local events = {}
  for i = 1, size do events[i] = event() end
  return "[" .. table.concat(events, ",") .. "]"
end
local requests = {}
init = function()
  for i = 1, math.max(1, math.floor(100000 / size)) do
    requests[i] = wrk.format("POST", nil, headers, body())
  end
end
local at = 0
request = function()
  at = at % #requests + 1
  return requests[at]
end
