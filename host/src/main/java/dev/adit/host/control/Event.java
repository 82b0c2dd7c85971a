package dev.adit.host.control;

import dev.adit.devices.Section;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that happened. The same thing that happens to the same device again within a second is
 * counted, not repeated.
 *
 * @param sequence rises with every event and every repetition
 * @param time when it happened first
 * @param subject the device's label or the function's name
 * @param kind what it was
 * @param text in words; nothing in it was written by a guest
 * @param count how often it happened
 */
public record Event(
    long sequence, Instant time, String subject, Kind kind, String text, long count) {
  /** Kinds of events. */
  public enum Kind {
    /** A definition was made. */
    DEFINED,
    /** A definition was changed. */
    MODIFIED,
    /** A definition was removed. */
    UNDEFINED,
    /** A device was started. */
    STARTED,
    /** A device was stopped. */
    STOPPED,
    /** A device was reset from outside. */
    RESET,
    /** A device is held. */
    SUSPENDED,
    /** A device goes on. */
    RESUMED,
    /** Interrupt handles were taken back. */
    REVOKED,
    /** What happens on a device's socket. */
    CLIENT,
    /** An interrupt was not sent. */
    INTERRUPT_DROPPED,
    /** An interrupt was sent and stopped by the remapping unit. */
    INTERRUPT_FAULTED,
    /** A descriptor was not carried out and its record could not tell. */
    ERROR,
    /** The server could not do something. */
    FAILED
  }

  /** {@return the event as plain values} */
  public Map<String, Object> plain() {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("sequence", sequence);
    plain.put("time", time.toString());
    plain.put("subject", subject);
    plain.put("kind", Section.spelling(kind));
    plain.put("text", text);
    plain.put("count", count);
    return plain;
  }
}
