#pragma once
// What the worker around core.wasm does for it. In the browser these are JavaScript (web/core_library.js); tests define their own.
// Buffers belong to the caller and are copied before the call returns. Answers come through the callbacks of the classes beside
// this header, never from within a call.

#include <cstddef>
#include <cstdint>

extern "C" {

void sinetti_host_event(const char* json, std::size_t size);

// `connection` says which of several WebSockets to the relay: a small number that its platform::HostTransport was made with.
void sinetti_host_socket_open(std::uint32_t connection);
void sinetti_host_socket_send(std::uint32_t connection, const std::uint8_t* frame, std::size_t size);
void sinetti_host_socket_close(std::uint32_t connection);

void sinetti_host_alarm(double milliseconds);   // replaces the one before

// `ticket` names the answer: SessionStore::loaded() or settled().
void sinetti_host_store_load(std::uint32_t ticket);
void sinetti_host_store_commit(std::uint32_t ticket, const std::uint8_t* batch, std::size_t size);   // platform/record_batch.h
void sinetti_host_store_wipe(std::uint32_t ticket);

void sinetti_host_take_over();                  // ask the tab that has the seal open to hand it over

}
