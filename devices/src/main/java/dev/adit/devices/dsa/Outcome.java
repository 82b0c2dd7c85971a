package dev.adit.devices.dsa;

/** What comes of a descriptor, apart from the fault, which the {@link Bus} keeps. */
final class Outcome {
  /** The status byte. */
  int status;

  int result;
  long bytesCompleted;
  long word16;
  long word24;

  void clear() {
    status = 0;
    result = 0;
    bytesCompleted = 0;
    word16 = 0;
    word24 = 0;
  }
}
