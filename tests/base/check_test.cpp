#include "base/check.h"

#include "base/random.h"
#include "base/result.h"

#include <csignal>
#include <cstdio>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace sinetti;

namespace {

// Whether `action` ends its process by abort(); it runs in a child.
template<typename Action>
bool ends_the_program(Action&& action)
{
    std::fflush(nullptr);
    const auto child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(2);
        action();
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TEST_SUITE_BEGIN("base.check");

TEST_CASE("a broken invariant ends the program, one that holds does not")
{
    CHECK(ends_the_program([] { CHECK_INVARIANT(1 + 1 == 3); }));
    CHECK_FALSE(ends_the_program([] { CHECK_INVARIANT(1 + 1 == 2); }));
}

TEST_CASE("taking the value of an error, or the error of a value, ends the program")
{
    const base::Result<int, char> error = base::Unexpected('e');
    const base::Result<int, char> value = 1;
    CHECK(ends_the_program([&] { (void)error.value(); }));
    CHECK(ends_the_program([&] { (void)value.error(); }));
    CHECK_FALSE(ends_the_program([&] { (void)value.value(); }));
}

TEST_CASE("no number is below zero")
{
    CHECK(ends_the_program([] {
        base::SeededRandom random(1);
        (void)random.below(0);
    }));
}

TEST_SUITE_END();
