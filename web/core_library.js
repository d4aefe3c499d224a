// The JavaScript half of client/platform/worker_host.h: linked into core.js, it hands everything to the host object that
// core_worker.js gave the module. Bytes are copied out of the module's memory here.
addToLibrary({
  sinetti_host_event: (json, size) => Module['host'].event(HEAPU8.slice(json, json + size)),
  sinetti_host_socket_open: (connection) => Module['host'].socketOpen(connection),
  sinetti_host_socket_send: (connection, frame, size) => Module['host'].socketSend(connection, HEAPU8.slice(frame, frame + size)),
  sinetti_host_socket_close: (connection) => Module['host'].socketClose(connection),
  sinetti_host_alarm: (milliseconds) => Module['host'].alarm(milliseconds),
  sinetti_host_store_load: (ticket) => Module['host'].storeLoad(ticket),
  sinetti_host_store_commit: (ticket, batch, size) => Module['host'].storeCommit(ticket, HEAPU8.slice(batch, batch + size)),
  sinetti_host_store_wipe: (ticket) => Module['host'].storeWipe(ticket),
  sinetti_host_take_over: () => Module['host'].takeOver(),
});
