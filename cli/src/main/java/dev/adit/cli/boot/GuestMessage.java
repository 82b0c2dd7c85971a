package dev.adit.cli.boot;

import java.util.List;

/** What a guest tells the host on its second serial port; {@code guest/init} has the format. */
public sealed interface GuestMessage {
  /** Booted, and waits to be told which boot this is. */
  record Ready(String release) implements GuestMessage {}

  /** What it does now. */
  record Progress(String text) implements GuestMessage {}

  /** A step is over. */
  record Step(String name, boolean passed, String detail) implements GuestMessage {}

  /** A measured value. */
  record Fact(String key, String value) implements GuestMessage {}

  /** It waits for the other guests of its group; the host's next line lets it go on. */
  record Meet(String place) implements GuestMessage {}

  /**
   * A file.
   *
   * @param name a plain file name
   * @param base64 its content in lines
   */
  record Content(String name, List<String> base64) implements GuestMessage {}

  /** The boot is over. */
  record Ended(boolean rebooting) implements GuestMessage {}

  /** Something else, which happens if a guest writes to the port by mistake. */
  record Unknown(String line) implements GuestMessage {}

  /** QEMU is gone. */
  record Gone() implements GuestMessage {}
}
