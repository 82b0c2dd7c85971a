/**
 * The interrupt core: who composes a message, where it is kept, what checks it and where it ends.
 *
 * <h2>One interrupt, from its making to its arrival</h2>
 *
 * A tenant's virtual device gets a completion interrupt; the physical function keeps its messages
 * in an IMS array and sits behind a VT-d unit.
 *
 * <ol>
 *   <li><b>Alloc.</b> The host calls {@link dev.adit.interrupts.domain.BusDomain#allocate} with a
 *       {@link dev.adit.interrupts.Cookie}: VM 5, PASID 42. Whether the PASID is the VM's is
 *       checked first, then the VM's share of entries is counted; then entry 17 of the array is
 *       taken. Its {@link dev.adit.interrupts.store.StoreChip} writes PASID and mask into it before
 *       anything else.
 *   <li><b>Compose.</b> The parent, a {@link dev.adit.interrupts.domain.RemapDomain}, takes entry
 *       300 of the remapping table, aims it at the VM's posted-interrupt descriptor, with the
 *       function's requester ID as the only source, and composes the message that names entry 300.
 *   <li><b>Store.</b> The chip writes the pair into entry 17, address first, data last, and reads
 *       it back. The entry is unmasked when the owner is ready.
 *   <li><b>Use.</b> The device finishes a work item with handle 17. {@link
 *       dev.adit.interrupts.store.ImsArray#admits} compares its PASID with the entry's; {@link
 *       dev.adit.interrupts.store.ImsArray#complete} takes the pair, whole, and sends it.
 *   <li>The message reaches the {@link dev.adit.interrupts.MessageSink}, a {@link
 *       dev.adit.interrupts.remap.Remapper}: entry 300, present, source checked, posted. What fails
 *       a check is recorded as a fault and goes nowhere.
 *   <li>The bit is set in the descriptor, the notification goes out on the {@link
 *       dev.adit.interrupts.InterruptBus}, and the guest sees its own vector.
 * </ol>
 *
 * <h2>What changes from machine to machine</h2>
 *
 * Only the parent of the bus domain: {@link dev.adit.interrupts.domain.VectorDomain} without a
 * remapper, {@link dev.adit.interrupts.domain.RemapDomain} with one. In a guest, the store is
 * either shown as a {@link dev.adit.interrupts.domain.TrappedStore}, whose pairs the hypervisor
 * replaces by steps 1 to 3 of its own, or the parent is a {@link
 * dev.adit.interrupts.domain.HypercallDomain}, which asks the hypervisor for a pair that is real. A
 * store that cannot be trapped is refused by {@link dev.adit.interrupts.domain.GuestDomain} when
 * its domain is created, and the driver uses MSI-X.
 */
@NullMarked
package dev.adit.interrupts;

import org.jspecify.annotations.NullMarked;
