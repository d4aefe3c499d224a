#pragma once
// A fuzz target: what one decoder does with bytes of anybody's choosing, and valid inputs to begin from. A file holds one
// target and defines it once; it exists as a libFuzzer program of its own (driver.cpp) and inside the ordinary test program
// that replays seeds and simple damage of them in WebAssembly (replay_test.cpp).
//
//   void run(base::ByteView input) { … }                     // must return; a broken promise ends the program
//   std::vector<base::Bytes> seeds() { … }
//   const fuzz::Target kTarget("codec_reader", run, seeds);

#include "base/bytes.h"
#include "base/check.h"

#include <string>
#include <vector>

namespace sinetti::fuzz {

struct Target {
    using Run = void (*)(base::ByteView input);
    using Seeds = std::vector<base::Bytes> (*)();

    Target(std::string name, Run run, Seeds seeds);   // puts itself into targets()
    Target(const Target&) = delete;

    std::string name;
    Run run;
    Seeds seeds;
};

const std::vector<const Target*>& targets();   // every one that is linked

}  // namespace sinetti::fuzz
