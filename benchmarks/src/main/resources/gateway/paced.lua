-- wrk script: post_events.lua, with a pause of DELAY_MS on average before each request of a connection.
dofile("post_events.lua")
local mean = tonumber(os.getenv("DELAY_MS"))
delay = function()
  return math.random(0, math.floor(2 * mean + 0.5))
end
