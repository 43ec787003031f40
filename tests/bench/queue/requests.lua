-- SPDX-License-Identifier: Apache-2.0
-- For wrk: sends the paths of a file in random order.
--   wrk -s requests.lua URL -- PATHS
-- The environment has BENCH_RESULT (a file) and, where wanted, BENCH_TOKEN (a bearer token) and
-- BENCH_ETAG (If-None-Match).  The file gets one line: requests, seconds, bytes, p50 and p99 in
-- milliseconds, and how many failed: answers of 400 and above, connections that could not be made, read
-- or written, answers that did not come.

local requests = {}

function init(args)
	local headers = {}
	if os.getenv("BENCH_TOKEN") then
		headers["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN")
	end
	if os.getenv("BENCH_ETAG") then
		headers["If-None-Match"] = os.getenv("BENCH_ETAG")
	end
	for path in io.lines(args[1]) do
		requests[#requests + 1] = wrk.format("GET", path, headers)
	end
	math.randomseed(1)
end

function request()
	return requests[math.random(#requests)]
end

-- Runs in another Lua state than init: the name comes by the environment.
function done(summary, latency)
	local e = summary.errors
	local file = assert(io.open(os.getenv("BENCH_RESULT"), "w"))
	file:write(string.format("%d %.6f %d %.3f %.3f %d %d %d %d %d\n", summary.requests,
		summary.duration / 1e6, summary.bytes, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
		e.status, e.connect, e.read, e.write, e.timeout))
	file:close()
end
