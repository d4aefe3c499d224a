#include "ui/idle_watch.h"

#include "ui/views/lock.h"
#include "ui/views/views.h"
#include "ui/widgets/dialog.h"

#include <algorithm>

namespace sinetti::ui {

namespace {

constexpr std::int64_t kMinuteMs = 60LL * 1000;

// How long nobody may do anything. 0: for ever.
std::int64_t limit_of(const State& state, const Model& model)
{
    if (model.session.phase != api::Phase::open || state.left || state.locking) return 0;
    return model.session.shared ? kIdleMs : auto_lock_minutes(model) * kMinuteMs;
}

// And until it is asked whether anybody is there.
std::int64_t patience_of(const State& state, const Model& model)
{
    return limit_of(state, model) - (model.session.shared ? kIdleWarningMs : 0);
}

}  // namespace

bool IdleWatch::somebody_is_here(const State& state, const Model& model, std::int64_t wall)
{
    if (limit_of(state, model) == 0) return false;
    // Once it has been asked, only an answer counts; once the time is over, only the passphrase.
    if (state.dialog == Dialog::idle || wall - m_active_ms >= patience_of(state, model)) return true;
    m_active_ms = wall;
    return false;
}

void IdleWatch::look(Context& c, std::int64_t wall)
{
    const std::int64_t limit = limit_of(c.state, c.model);
    if (limit == 0) return;
    if (wall < m_active_ms || (m_asked && c.state.dialog != Dialog::idle)) m_active_ms = wall;
    m_asked = false;
    if (wall - m_active_ms >= limit) {
        return c.model.session.shared ? leave_machine(c.state, c.host) : lock_seal(c.state, c.model, c.host, auto_lock_minutes(c.model));
    }
    if (wall - m_active_ms < patience_of(c.state, c.model)) return;
    m_asked = true;
    if (c.state.dialog == Dialog::idle) return;
    open_dialog(c, Dialog::idle);
    c.host.announce(c.say(Say::idle_title), true);
}

std::optional<std::int64_t> IdleWatch::rest(const State& state, const Model& model, std::int64_t wall) const
{
    const std::int64_t limit = limit_of(state, model);
    if (limit == 0) return std::nullopt;
    const std::int64_t idle = wall - m_active_ms;
    const std::int64_t patience = patience_of(state, model);
    return std::max<std::int64_t>((idle < patience ? patience : limit) - idle, 0);
}

}  // namespace sinetti::ui
