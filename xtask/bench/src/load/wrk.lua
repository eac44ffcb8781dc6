-- What wrk does: sends the requests of a file in turn, and prints what came of them as one line of JSON at the end.
-- Arguments: the file, whose requests stand whole, each ended by a zero byte; the mean pause of a connection between an
-- answer and its next request in ms, 0 for none.

local requests, place, pause = {}, 0, 0

function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
    for request in file:read("*a"):gmatch("[^%z]+") do
        requests[#requests + 1] = request
    end
    file:close()
    pause = tonumber(arguments[2])
    if pause == 0 then
        delay = nil
    end
end

function request()
    place = place % #requests + 1
    return requests[place]
end

-- As independent readers come: exponentially distributed.
function delay()
    return -math.log(1 - math.random()) * pause
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\nresult {"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
