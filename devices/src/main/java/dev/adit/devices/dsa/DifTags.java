package dev.adit.devices.dsa;

/**
 * The tags expected or written from block to block: reference tag in bits 31:0 of a descriptor's or
 * record's word, mask of the application tag in 47:32, application tag in 63:48.
 */
final class DifTags {
  private int ref;
  private int appMask;
  private int app;
  private int refStep;
  private int appStep;

  void load(long word, boolean refIncrements, boolean appIncrements) {
    ref = (int) word;
    appMask = (int) (word >>> 32) & 0xffff;
    app = (int) (word >>> 48);
    refStep = refIncrements ? 1 : 0;
    appStep = appIncrements ? 1 : 0;
  }

  void next() {
    ref += refStep;
    app = (app + appStep) & 0xffff;
  }

  int ref() {
    return ref;
  }

  /** {@return the bits of the application tag that do not count} */
  int appMask() {
    return appMask;
  }

  int app() {
    return app;
  }

  /** {@return the tags of the next block} */
  long word() {
    return (ref & 0xffff_ffffL) | (long) appMask << 32 | (long) app << 48;
  }
}
