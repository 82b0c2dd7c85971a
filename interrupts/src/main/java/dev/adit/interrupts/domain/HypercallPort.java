package dev.adit.interrupts.domain;

/** What a guest's processor offers for talking to a hypervisor. */
public interface HypercallPort {
  /** A processor without hypervisor, or with one that knows nothing of interrupts. */
  HypercallPort NONE =
      new HypercallPort() {
        @Override
        public int[] cpuid(int leaf) {
          return new int[4];
        }

        @Override
        public void call(long[] registers) {
          registers[0] = -1;
        }
      };

  /** {@return EAX, EBX, ECX and EDX of a CPUID leaf} */
  int[] cpuid(int leaf);

  /**
   * Makes a call.
   *
   * @param registers six, see {@link dev.adit.interrupts.spec.HypercallAbi}; changed to the answer
   */
  void call(long[] registers);
}
