package dev.adit.devices;

import dev.adit.interrupts.MessageSink;
import java.util.function.IntFunction;

/**
 * What a function is attached to.
 *
 * @param requesterId bus, device and function, 16 bits
 * @param dma what requests with a requester ID reach, by PASID; a function may ask for its own ID
 *     and for those of its interfaces
 * @param sink where interrupt messages go
 */
public record Attachment(int requesterId, IntFunction<Dma> dma, MessageSink sink) {}
