#include "tests/fuzz/target.h"

#include <utility>

namespace sinetti::fuzz {

namespace {

std::vector<const Target*>& registered()
{
    static std::vector<const Target*> list;
    return list;
}

}  // namespace

Target::Target(std::string target_name, Run target_run, Seeds target_seeds) : name(std::move(target_name)), run(target_run), seeds(target_seeds)
{
    registered().push_back(this);
}

const std::vector<const Target*>& targets()
{
    return registered();
}

}  // namespace sinetti::fuzz
