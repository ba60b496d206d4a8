-- wrk script: the script named by PACED, with a pause of DELAY_MS on average before each request of a connection.
dofile(os.getenv("PACED"))
local mean = tonumber(os.getenv("DELAY_MS"))
delay = function()
  return math.random(0, math.floor(2 * mean + 0.5))
end
