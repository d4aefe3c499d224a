// What is wrong with a page in the eyes of assistive technology, from Chromium's own accessibility tree.

const kControls = new Set([
  'button', 'link', 'textbox', 'searchbox', 'checkbox', 'radio', 'tab', 'switch', 'slider', 'combobox', 'menuitem', 'option',
  'dialog', 'alertdialog', 'image', 'heading', 'progressbar', 'list', 'log', 'navigation', 'tablist', 'radiogroup',
]);

export async function accessibleFaults(page) {
  const session = await page.context().newCDPSession(page);
  const {nodes} = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const faults = [];
  let controls = 0;
  for (const {ignored, role, name, properties = []} of nodes) {
    if (ignored) continue;
    const focusable = properties.some((property) => property.name === 'focusable' && property.value.value === true);
    if (role?.value === 'RootWebArea' || (!kControls.has(role?.value) && !focusable)) continue;
    ++controls;
    if (!name?.value?.trim()) faults.push(`a ${role?.value ?? 'control'} has no name`);
    if (focusable && (role?.value === 'generic' || role?.value === 'none')) faults.push(`"${name?.value}" can be focused and has no role`);
  }
  if (controls < 5) faults.push(`only ${controls} controls were found`);
  return faults;
}
