#pragma once
// The keyboard's way through what is drawn: from item to item, from pane to pane, and scrolling what holds the focus.

#include "ui/app.h"
#include "ui/interaction.h"
#include "ui/mirror.h"

namespace sinetti::ui {

// Where an arrow, Home or End leads among the items of the nearest list around `focus`. nullptr: it is in no list, or is a field.
const MirrorNode* next_sibling(const Mirror& mirror, NodeId focus, Key key);

// The first thing that takes the focus in the next pane that has one. nullptr: there is none.
const MirrorNode* next_pane(const Mirror& mirror, NodeId focus, bool backwards);

// Scrolls the area around the focus, or else the timeline, or else the first there is. False: nothing moved.
bool scroll_by_key(const Mirror& mirror, Interaction& input, Key key);

// Scrolls until `node` is to be seen.
void reveal(const Mirror& mirror, Interaction& input, NodeId node);
bool is_out_of_sight(const Mirror& mirror, NodeId node);   // all of it is scrolled away

}  // namespace sinetti::ui
