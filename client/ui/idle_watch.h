#pragma once
// Whether anybody is there while the seal is open. On one's own machine it is locked after the time its person chose; a machine
// that is not one's own is left after kIdleMs, and asked first. Wall clock: time that a machine slept through has passed.

#include "ui/context.h"

#include <optional>

namespace sinetti::ui {

class IdleWatch {
public:
    void begin(std::int64_t wall) { m_active_ms = wall; }
    // Somebody did something. True: it came too late, or needs an answer first; look() in the next frame.
    bool somebody_is_here(const State& state, const Model& model, std::int64_t wall);
    void look(Context& c, std::int64_t wall);   // asks, locks or leaves when it is time
    std::optional<std::int64_t> rest(const State& state, const Model& model, std::int64_t wall) const;   // ms until there is something to look for

private:
    std::int64_t m_active_ms = 0;   // when somebody last did something
    bool m_asked = false;
};

}  // namespace sinetti::ui
