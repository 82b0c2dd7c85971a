package dev.adit.devices.dsa.spec;

import static dev.adit.devices.dsa.spec.Field.ro;

/** Fields of the capability registers (9.2.2 to 9.2.5, 9.2.14, 9.2.30). */
public final class Capabilities {
  private Capabilities() {}

  /** General capabilities. */
  public static final class Gencap {
    public static final Field BLOCK_ON_FAULT = ro("block_on_fault", 0, 0);
    public static final Field OVERLAP = ro("overlapping_copy", 1, 1);
    public static final Field CACHE_CONTROL = ro("cache_control_memory", 2, 2);
    public static final Field CMDCAP = ro("command_capabilities", 4, 4);
    public static final Field DURABLE_WRITE = ro("durable_write", 5, 5);
    public static final Field INTER_DOMAIN = ro("inter_domain", 6, 6);
    public static final Field READBACK = ro("destination_readback", 8, 8);
    public static final Field DRAIN_READBACK = ro("drain_readback", 9, 9);
    public static final Field FILL16 = ro("fill_16_bytes", 10, 10);
    public static final Field CRC64 = ro("crc64", 11, 11);
    public static final Field FAULT_INFO = ro("completion_record_fault_info", 12, 12);
    public static final Field EVENT_LOG = ro("event_log", 14, 13);
    public static final Field BATCH_CONTINUATION = ro("batch_continuation", 15, 15);
    public static final Field TRANSFER_SHIFT = ro("max_transfer_shift", 20, 16);
    public static final Field BATCH_SHIFT = ro("max_batch_shift", 24, 21);
    public static final Field IMS = ro("ims_size", 30, 25);
    public static final Field CONFIGURATION = ro("configuration", 31, 31);
    public static final Field EVL_OVERFLOW = ro("event_log_overflow", 32, 32);
    public static final Field BATCH1 = ro("batch_of_one", 52, 52);

    private Gencap() {}
  }

  /** Work queue capabilities. */
  public static final class Wqcap {
    public static final Field TOTAL_SIZE = ro("total_size", 15, 0);
    public static final Field WQS = ro("wqs", 23, 16);
    public static final Field WQCFG_SIZE = ro("wqcfg_size", 27, 24);
    public static final Field SHARED = ro("shared", 48, 48);
    public static final Field DEDICATED = ro("dedicated", 49, 49);
    public static final Field ATS_CONTROL = ro("ats_control", 50, 50);
    public static final Field PRIORITY = ro("priority", 51, 51);
    public static final Field OCCUPANCY = ro("occupancy", 52, 52);
    public static final Field OCCUPANCY_INTERRUPT = ro("occupancy_interrupt", 53, 53);
    public static final Field OPCFG = ro("operation_config", 54, 54);
    public static final Field PRS_CONTROL = ro("prs_control", 55, 55);

    private Wqcap() {}
  }

  /** Group capabilities. */
  public static final class Grpcap {
    public static final Field GROUPS = ro("groups", 7, 0);
    public static final Field READ_BUFFERS = ro("read_buffers", 15, 8);
    public static final Field READ_BUFFER_CONTROLS = ro("read_buffer_controls", 16, 16);
    public static final Field GLOBAL_LIMIT = ro("global_limit", 17, 17);
    public static final Field PROGRESS_LIMIT = ro("descriptors_in_progress_limit", 18, 18);
    public static final Field BANDWIDTH = ro("bandwidth_limit", 19, 19);

    private Grpcap() {}
  }

  /** Engine capabilities. */
  public static final class Engcap {
    public static final Field ENGINES = ro("engines", 7, 0);

    private Engcap() {}
  }

  /** Performance monitoring capabilities. */
  public static final class Perfcap {
    public static final Field COUNTERS = ro("counters", 5, 0);
    public static final Field WIDTH = ro("width", 15, 8);
    public static final Field CATEGORIES = ro("categories", 19, 16);
    public static final Field CATEGORY_MASK = ro("category_mask", 35, 20);
    public static final Field FILTERS = ro("filters", 43, 36);
    public static final Field WRITABLE = ro("writable", 53, 53);
    public static final Field FREEZE = ro("freeze", 54, 54);
    public static final Field OVERFLOW_INTERRUPT = ro("overflow_interrupt", 55, 55);

    private Perfcap() {}
  }
}
