// Test programs under Node see the environment they were started in, as native ones do ($SINETTI_VECTORS).
Module['preRun'] = [() => {
  if (typeof ENV !== 'undefined') Object.assign(ENV, process.env)
}]
